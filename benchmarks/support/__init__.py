"""Code that the benchmarks share: synthetic inputs and a description of the machine."""
