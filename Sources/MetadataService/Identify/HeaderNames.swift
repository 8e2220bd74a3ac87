import HTTPWire

extension HeaderName {
    static var instanceID: HeaderName { "X-Instance-ID" }
    static var instanceIDSignature: HeaderName { "X-Instance-ID-Signature" }
    static var tenantID: HeaderName { "X-Tenant-ID" }
    static var forwardedFor: HeaderName { "X-Forwarded-For" }
    static var forwarded: HeaderName { "Forwarded" }
    static var metadataProvider: HeaderName { "X-Metadata-Provider" }
    static var metadataProviderSignature: HeaderName { "X-Metadata-Provider-Signature" }
    static var neutronNetworkID: HeaderName { "X-Neutron-Network-ID" }
    static var neutronRouterID: HeaderName { "X-Neutron-Router-ID" }
    static var ovnNetworkID: HeaderName { "X-OVN-Network-ID" }
    static var contentLength: HeaderName { "Content-Length" }
    static var accept: HeaderName { "Accept" }
}
