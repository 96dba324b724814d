"""A server of the Model Context Protocol: programs that speak it paint, grade and compare pictures by pinxit's library."""
