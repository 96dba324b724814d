"""Build ONNX graphs and run them with ONNX Runtime, without PyTorch and without telemetry."""
