"""The studio: a web application over everything that pinxit can do, and an HTTP API for programs.

`app.create_app` puts it together. Each file beside it is one concern: access (`security`, `access_token`, `peer_account`),
limits (`rate_limit`, `body_limit`, `concurrency`, `client_quota`), monitoring (`metrics`, `logs`), answers (`routes/`,
`api_errors`) and pages (`static_page`, `share_page`, `api_docs`).
"""
