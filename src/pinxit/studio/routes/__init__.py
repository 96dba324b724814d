"""What is answered, a file for each kind of thing.

A handler that calls only synchronous things is `def`: FastAPI runs it in a thread, and the event loop goes on answering.
"""
