"""Measure the quality of results by quantities that are not minimised: no tap here is one of the objective's defaults."""
