//! `AccountService`.

use gennaker_ports::{Access, Target};
use gennaker_proto::v1;

use crate::page::PageRequest;
use crate::{App, AppError, Caller, convert, names};

impl App {
    /// Gets one account.
    pub async fn get_account(
        &self,
        caller: &Caller,
        request: v1::GetAccountRequest,
    ) -> Result<v1::GetAccountResponse, AppError> {
        self.admit(caller, &request).await?;
        let accounts = self.inner.ports.clouds.accounts();
        let found = accounts.get(names::last(&request.name));
        let (account, _) = found.ok_or_else(|| AppError::not_found("account", &request.name))?;
        Ok(v1::GetAccountResponse { account: Some(convert::account::to_proto(account)) })
    }

    /// Lists the accounts that the caller may read.
    pub async fn list_accounts(
        &self,
        caller: &Caller,
        request: v1::ListAccountsRequest,
    ) -> Result<v1::ListAccountsResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let page = PageRequest::new(limits, request.page_size, &request.page_token, &["accounts"])?;
        let mut accounts = Vec::new();
        for (name, (account, _)) in self.inner.ports.clouds.accounts() {
            if self.may(caller, Access::Read, &Target::Account(name)).await {
                accounts.push(convert::account::to_proto(&account));
            }
        }
        let (accounts, next_page_token) = page.cut(accounts, |account| account.name.clone());
        Ok(v1::ListAccountsResponse { accounts, next_page_token })
    }
}
