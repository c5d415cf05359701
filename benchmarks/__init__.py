"""What is measured, each figure beside its target and a peer or physical limit measured in the same run."""
