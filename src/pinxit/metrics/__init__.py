"""How results are judged, by what is not minimised: no tap here is one of the objective's defaults."""
