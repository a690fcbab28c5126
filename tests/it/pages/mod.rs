//! The pages: what they show to whom, and what their forms do.

mod colours;
mod swept;
mod keys;
mod texts;
