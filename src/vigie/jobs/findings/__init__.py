"""What is wrong on the farm in a few sentences that last: findings, exemptions, where things stand, who is told."""
