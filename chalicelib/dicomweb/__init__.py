"""DICOMweb (PS3.18), the read side: what viewers ask, answered from rows and ready-made JSON."""
