//! The page of a server that has no UI.

use super::Ui;

/// Says what this server is, and how to get the UI where it has not been built.
pub(super) fn page(ui: &Ui) -> String {
    let about = if ui.assets.is_some() { MISSING } else { OFF };
    let base = &ui.base;
    format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Gennaker</title>
<style>
  body {{ font: 16px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; color: #1d2733 }}
  code, pre {{ font: 14px/1.5 ui-monospace, monospace; background: #f2f5f8; border-radius: 4px }}
  code {{ padding: .1em .3em }} pre {{ padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere }}
  @media (prefers-color-scheme: dark) {{
    body {{ background: #11161c; color: #dbe4ee }} code, pre {{ background: #1d2630 }} a {{ color: #8ab8ff }}
  }}
</style>
<main>
<h1>Gennaker</h1>
{about}
<h2>What is here</h2>
<p>A server for continuous delivery. It speaks gRPC and gRPC-Web on this port, and JSON for unary calls:</p>
<pre>gennaker list applications
grpcurl -plaintext HOST:PORT list
curl -X POST -H 'content-type: application/json' \
  http://HOST:PORT{base}v1/SystemService/GetVersion</pre>
<p>Also here: <a href="{base}healthz">{base}healthz</a>, <a href="{base}readyz">{base}readyz</a>,
  <a href="{base}metrics">{base}metrics</a> and <code>POST {base}webhooks/applications/{{application}}/triggers/{{trigger}}</code>.</p>
</main>
</html>
"#
    )
}

const MISSING: &str =
    "<p>The web UI is not in this server: it was built without it. With Node 20 or newer, in the sources:</p>
<pre>make ui</pre>
<p>Then build the server again and restart it, or start it as it is with <code>--ui-dir clients/web/dist</code>.</p>";

const OFF: &str = "<p>The web UI of this server is switched off, by its setting <code>ui.enabled</code>.</p>";
