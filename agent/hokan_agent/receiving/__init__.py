"""`hokan-agent receive`: images from DICOM devices."""
