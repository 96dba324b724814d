"""Training of networks: the dataset, the losses, distillation, the trainer, and fine-tuning to styles."""
