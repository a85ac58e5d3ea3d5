# Only the places: Terraform never sees the values, which `stoa secrets make` writes and the AWS CLI puts here.
resource "aws_kms_key" "this" {
  description             = "Secrets of the services of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_secretsmanager_secret" "this" {
  for_each                = var.secrets
  name                    = "${var.name}/${each.key}"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = 30
}

resource "aws_iam_role" "reader" {
  name               = "${var.name}-external-secrets"
  assume_role_policy = var.pod_trust_policy
}

resource "aws_iam_role_policy" "reader" {
  name   = "read-secrets"
  role   = aws_iam_role.reader.id
  policy = data.aws_iam_policy_document.reader.json
}

data "aws_iam_policy_document" "reader" {
  statement {
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    resources = concat([for secret in aws_secretsmanager_secret.this : secret.arn], [for each in values(var.further_secrets) : each.arn])
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = concat([aws_kms_key.this.arn], [for each in values(var.further_secrets) : each.key_arn])
  }
}

# The service account of the controller of External Secrets.
resource "aws_eks_pod_identity_association" "reader" {
  cluster_name    = var.cluster_name
  namespace       = "external-secrets"
  service_account = "external-secrets"
  role_arn        = aws_iam_role.reader.arn
}
