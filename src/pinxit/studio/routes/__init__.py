"""The HTTP API, one file for each kind of resource.

A handler that only makes blocking calls is a plain `def`: FastAPI runs it in a thread, and the event loop stays free.
"""
