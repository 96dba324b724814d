"""Networks that paint: architectures, inference with ONNX Runtime, export, and training."""
