"""To the patient's own device: files, links that end, FHIR, SMART Health Links."""
