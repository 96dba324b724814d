"""The studio: a web application over everything the engines do, and an HTTP API for programs.

`app.create` puts it together; each file beside it is one concern: who may come in (`guard`), how much (`rate`, `gate`,
`bodies`), what is told (`watch`, `hub`), what is answered (`routes/`), what is seen (`page`, `reference`, `share`).
"""
