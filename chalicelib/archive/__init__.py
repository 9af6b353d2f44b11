"""What is stored: capacity, objects, examinations, patients; manifests, restore, rebuild."""
