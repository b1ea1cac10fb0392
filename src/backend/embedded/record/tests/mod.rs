mod archive;
mod media;
mod probe;
mod tape;
