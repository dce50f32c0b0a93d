/// The version of this library and of the `kiln` command.
public let kilnVersion = "0.1.0"
