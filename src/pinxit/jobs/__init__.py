"""Jobs that survive a restart: specs, the queue, worker processes, files and results. There is no web framework here."""
