"""Runners: how each kind of work is painted and which files come of it, one file for each kind."""
