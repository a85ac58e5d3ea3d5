# What the chart expects in the cluster: a storage class for the lake, and the Secrets, which External Secrets copies from Secrets Manager.
locals {
  storage_class = {
    apiVersion  = "storage.k8s.io/v1"
    kind        = "StorageClass"
    metadata    = { name = "lake" }
    provisioner = "efs.csi.aws.com"
    # The account of the processes in the images.
    parameters = {
      provisioningMode = "efs-ap"
      fileSystemId     = var.lake_file_system_id
      directoryPerms   = "700"
      uid              = "1000"
      gid              = "1000"
    }
    reclaimPolicy = "Retain"
  }

  store = {
    apiVersion = "external-secrets.io/v1"
    kind       = "ClusterSecretStore"
    metadata   = { name = "aws" }
    spec       = { provider = { aws = { service = "SecretsManager", region = var.region } } }
  }

  # Each Secret, and whether one of its processes signs in to Kafka with it.
  signs_in = toset(var.kafka == null ? [] : [for name, each in var.services : "${name}-secrets" if each.kafka])

  secrets = [for name, key in var.secret_names : {
    apiVersion = "external-secrets.io/v1"
    kind       = "ExternalSecret"
    metadata   = { name = name, namespace = var.namespace }
    spec = merge(
      {
        refreshInterval = "1h"
        secretStoreRef  = { kind = "ClusterSecretStore", name = "aws" }
        target          = { name = name }
        dataFrom        = [{ extract = { key = key } }]
      },
      contains(local.signs_in, name) ? {
        data = [{ secretKey = "KAFKA_PASSWORD", remoteRef = { key = var.kafka.secret, property = "password" } }]
      } : {},
    )
  }]
}
