"""Work that must survive a restart: orders, files, results, the queue and the processes that paint. No web framework here."""
