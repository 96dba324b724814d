"""The recipe and its parts: settings, presets, inputs, regions, masks, postprocessing, progress."""
