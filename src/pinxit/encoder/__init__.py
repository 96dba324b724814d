"""Encoders, the fixed networks that compute features: VGG and DINOv2, their weights, tiles, and the device they run on."""
