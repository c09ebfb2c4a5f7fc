//! `ProjectService`.

use gennaker_ports::Target;
use gennaker_proto::v1;

use crate::page::PageRequest;
use crate::resource::{Change, Write};
use crate::{App, AppError, Caller, names};

impl App {
    /// Makes a project.
    pub async fn create_project(
        &self,
        caller: &Caller,
        request: v1::CreateProjectRequest,
    ) -> Result<v1::CreateProjectResponse, AppError> {
        self.admit(caller, &request).await?;
        let name = format!("projects/{}", request.project_id);
        let new = request.project.clone().unwrap_or_default();
        let write = Write::new(caller, &request, &request.request_id, "project");
        let project = self.create(&name, new, &write.validate_only(request.validate_only)).await?;
        Ok(v1::CreateProjectResponse { project: Some(project) })
    }

    /// Gets one project.
    pub async fn get_project(
        &self,
        caller: &Caller,
        request: v1::GetProjectRequest,
    ) -> Result<v1::GetProjectResponse, AppError> {
        self.admit(caller, &request).await?;
        let project = self.get::<v1::Project>(&request.name).await?.definition;
        Ok(v1::GetProjectResponse { project: Some(project) })
    }

    /// Lists the projects that the caller may read.
    pub async fn list_projects(
        &self,
        caller: &Caller,
        request: v1::ListProjectsRequest,
    ) -> Result<v1::ListProjectsResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let page = PageRequest::new(limits, request.page_size, &request.page_token, &["projects"])?;
        let project = |name: &str| Target::Project(names::last(name).to_owned());
        let (projects, next_page_token) =
            self.readable(caller, "projects/", &page, project, |_: &v1::Project| true).await?;
        Ok(v1::ListProjectsResponse { projects, next_page_token })
    }

    /// Changes a project, or makes it.
    pub async fn update_project(
        &self,
        caller: &Caller,
        request: v1::UpdateProjectRequest,
    ) -> Result<v1::UpdateProjectResponse, AppError> {
        self.admit(caller, &request).await?;
        let write = Write::new(caller, &request, &request.request_id, "project");
        let change = Change {
            new: request.project.clone().unwrap_or_default(),
            mask: request.update_mask.as_ref(),
            allow_missing: request.allow_missing,
        };
        let write = write.validate_only(request.validate_only);
        let project = self.update(&change, &write, |new, _| std::future::ready(Ok((*new).clone()))).await?;
        Ok(v1::UpdateProjectResponse { project: Some(project) })
    }

    /// Deletes a project.
    pub async fn delete_project(
        &self,
        caller: &Caller,
        request: v1::DeleteProjectRequest,
    ) -> Result<v1::DeleteProjectResponse, AppError> {
        self.admit(caller, &request).await?;
        let write = Write::new(caller, &request, &request.request_id, "");
        self.delete::<v1::Project>(&request.name, &request.etag, request.allow_missing, &write).await?;
        Ok(v1::DeleteProjectResponse {})
    }
}
