//! The pages: what they show to whom, and what their forms do.

mod account;
mod audit;
mod colours;
mod forms;
pub mod front;
mod keys;
mod organisation;
mod people;
mod swept;
mod texts;
