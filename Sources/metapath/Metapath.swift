import ArgumentParser

struct Metapath: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metapath",
        abstract: "The OpenStack metadata path in one program.",
        discussion: """
            An instance asks http://169.254.169.254/ who it is. Metapath finds out where the request arrived, identifies \
            the instance that sent it, and answers with its metadata.

            Exit status of every command: 0 done, 1 failed, 64 the command line is not right.

            EXAMPLES
              metapath lab run Examples/instances.yaml --config-file Examples/nova.conf
              metapath instance import instances.yaml
              metapath up --config-file /etc/nova/nova.conf
              metapath get /latest/meta-data/ --instance test0
              metapath trace --instance test0
            """,
        version: "0.1.0",
        subcommands: [
            UpCommand.self, ServeCommand.self, ProxyCommand.self, HaproxyShimCommand.self, LabCommand.self,
            DoctorCommand.self, InstanceCommand.self, GetCommand.self, SignCommand.self, TraceCommand.self,
            TopCommand.self,
        ])
}
