//! What only a store that others use at the same time has to answer for.
