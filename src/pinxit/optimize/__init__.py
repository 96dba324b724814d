"""Minimise the objective over the pixels: schedule of scales, solver, stopping, memory."""
