# MSK reads users from secrets whose names begin with AmazonMSK_ and that have a key of their own.
resource "aws_secretsmanager_secret" "user" {
  name       = "AmazonMSK_${var.name}"
  kms_key_id = aws_kms_key.this.arn
}

# An ephemeral value and a write-only argument: the password is in no state and no plan.
ephemeral "aws_secretsmanager_random_password" "user" {
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "user" {
  secret_id = aws_secretsmanager_secret.user.id
  secret_string_wo = jsonencode({
    username = var.username
    password = ephemeral.aws_secretsmanager_random_password.user.random_password
  })
  secret_string_wo_version = var.password_version
}

resource "aws_secretsmanager_secret_policy" "user" {
  secret_arn = aws_secretsmanager_secret.user.arn
  policy     = data.aws_iam_policy_document.user.json
}

data "aws_iam_policy_document" "user" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.user.arn]

    principals {
      type        = "Service"
      identifiers = ["kafka.amazonaws.com"]
    }
  }
}

resource "aws_msk_single_scram_secret_association" "user" {
  cluster_arn = aws_msk_cluster.this.arn
  secret_arn  = aws_secretsmanager_secret.user.arn
  depends_on  = [aws_secretsmanager_secret_version.user, aws_secretsmanager_secret_policy.user]
}
