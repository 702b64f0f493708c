//! The `cho40` command.

fn main() -> std::process::ExitCode {
    cho40::cli::main()
}
