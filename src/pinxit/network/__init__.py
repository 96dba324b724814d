"""Networks that learnt to paint: architectures, training, export, fast running."""
