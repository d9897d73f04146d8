"""What the deployer must be allowed: policies for each cloud, from what the program registers for a stack file."""
