# The folder that etl fills and datamart reads: the chart needs a storage class with ReadWriteMany.
resource "aws_efs_file_system" "this" {
  encrypted       = true
  throughput_mode = "elastic"
  tags            = { Name = "${var.name}-lake" }
}

resource "aws_efs_backup_policy" "this" {
  file_system_id = aws_efs_file_system.this.id

  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_security_group" "this" {
  name        = "${var.name}-lake"
  description = "NFS, for nodes of the cluster"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "nodes" {
  security_group_id            = aws_security_group.this.id
  description                  = "NFS"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = var.client_group_id
}

resource "aws_efs_mount_target" "this" {
  count           = length(var.subnet_ids)
  file_system_id  = aws_efs_file_system.this.id
  subnet_id       = var.subnet_ids[count.index]
  security_groups = [aws_security_group.this.id]
}

resource "aws_iam_role" "driver" {
  name               = "${var.name}-efs-driver"
  assume_role_policy = var.pod_trust_policy
}

resource "aws_iam_role_policy_attachment" "driver" {
  role       = aws_iam_role.driver.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy"
}

data "aws_eks_addon_version" "driver" {
  addon_name         = "aws-efs-csi-driver"
  kubernetes_version = var.kubernetes_version
}

resource "aws_eks_addon" "driver" {
  cluster_name                = var.cluster_name
  addon_name                  = "aws-efs-csi-driver"
  addon_version               = data.aws_eks_addon_version.driver.version
  resolve_conflicts_on_update = "OVERWRITE"

  pod_identity_association {
    service_account = "efs-csi-controller-sa"
    role_arn        = aws_iam_role.driver.arn
  }
}
