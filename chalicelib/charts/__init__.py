"""Charts: what doctors recorded of examinations, a version each, read and written as FHIR."""
