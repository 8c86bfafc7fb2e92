"""Shows `lm_core` in the browser with Streamlit, and computes nothing itself."""
