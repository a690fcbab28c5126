//! The pages: what they show to whom, and what their forms do.

mod account;
mod audit;
mod colours;
mod swept;
mod keys;
mod forms;
mod organisation;
mod people;
mod front;
mod texts;
