"""The parts that several pages share: the frame, the run picker, the lesson under a picture."""
