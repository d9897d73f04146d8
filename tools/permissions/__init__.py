"""The permissions of the deployer: policies for each cloud, from what the program registers for a stack file."""
