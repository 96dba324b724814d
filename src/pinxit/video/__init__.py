"""Films: clips are decoded, painted without flicker, and encoded. Begin with `pinxit.video.prepare.prepare_video`."""
