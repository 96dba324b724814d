"""How a picture is seen: VGG, its weights, the machine it runs on."""
