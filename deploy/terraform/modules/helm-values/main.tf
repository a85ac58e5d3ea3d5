# Without a provider: Terraform can compute it, and a test does, without an account.
terraform {
  required_version = ">= 1.11"
}

locals {
  bucket = {
    S3_URL    = "https://s3.${var.region}.amazonaws.com/${var.bucket}"
    S3_REGION = var.region
  }
  kafka = var.kafka == null ? {} : {
    KAFKA_BROKERS              = var.kafka.brokers
    KAFKA_TOPIC_PREFIX         = "${var.system}."
    KAFKA_REPLICAS             = "3"
    KAFKA_MIN_IN_SYNC_REPLICAS = "2"
  }
  kafka_connection = var.kafka == null ? {} : {
    KAFKA_TLS      = "true"
    KAFKA_USERNAME = var.kafka.username
  }

  values = {
    image = { registry = var.image_registry }
    settings = merge(local.bucket, local.kafka, {
      AUTH_ISSUER             = "https://${var.host}"
      TRUSTED_PROXIES         = var.pod_cidr
      GATEWAY_TRUSTED_PROXIES = join(",", var.load_balancer_cidrs)
    })
    furtherSettings = local.kafka_connection
    volumes         = { lake = { storageClass = "lake" } }
    ingress = {
      enabled   = true
      className = "alb"
      host      = var.host
      annotations = {
        "alb.ingress.kubernetes.io/scheme"           = "internet-facing"
        "alb.ingress.kubernetes.io/target-type"      = "ip"
        "alb.ingress.kubernetes.io/listen-ports"     = jsonencode([{ HTTPS = 443 }])
        "alb.ingress.kubernetes.io/certificate-arn"  = var.certificate_arn
        "alb.ingress.kubernetes.io/security-groups"  = var.load_balancer_group_id
        "alb.ingress.kubernetes.io/ssl-policy"       = "ELBSecurityPolicy-TLS13-1-2-2021-06"
        "alb.ingress.kubernetes.io/healthcheck-path" = "/health/ready"
      }
    }
  }
}
