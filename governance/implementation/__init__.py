"""政策落实: measures with live figures, units that owe them, progress with evidence, and 督办."""
