//! Behaviour of inquiries.
