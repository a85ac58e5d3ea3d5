# EKS Pod Identity gives a role to a service account by its name: the chart needs no annotation, and pods mount no token of the cluster.
resource "aws_iam_role" "files" {
  for_each           = local.with_files
  name               = "${var.name}-${each.key}"
  assume_role_policy = module.cluster.pod_trust_policy
}

resource "aws_iam_role_policy" "files" {
  for_each = aws_iam_role.files
  name     = "uploaded-files"
  role     = each.value.id
  policy   = data.aws_iam_policy_document.files.json
}

data "aws_iam_policy_document" "files" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${module.files.arn}/*"]
  }

  statement {
    actions   = ["s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [module.files.arn]
  }
}

resource "aws_eks_pod_identity_association" "files" {
  for_each        = aws_iam_role.files
  cluster_name    = module.cluster.name
  namespace       = local.topology.namespace
  service_account = each.key
  role_arn        = each.value.arn
}
