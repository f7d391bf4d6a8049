extension TypeCatalogue {
    /// The sources of volumes. Source: Kubernetes API reference, Volume v1 core.
    static let volumeTypes = """
        @prefix io.k8s.api.core.v1.
        Volume
          name! string
          hostPath HostPathVolumeSource
          emptyDir EmptyDirVolumeSource
          gcePersistentDisk GCEPersistentDiskVolumeSource
          awsElasticBlockStore AWSElasticBlockStoreVolumeSource
          gitRepo GitRepoVolumeSource
          secret SecretVolumeSource
          nfs NFSVolumeSource
          iscsi ISCSIVolumeSource
          glusterfs GlusterfsVolumeSource
          persistentVolumeClaim PersistentVolumeClaimVolumeSource
          rbd RBDVolumeSource
          flexVolume FlexVolumeSource
          cinder CinderVolumeSource
          cephfs CephFSVolumeSource
          flocker FlockerVolumeSource
          downwardAPI DownwardAPIVolumeSource
          fc FCVolumeSource
          azureFile AzureFileVolumeSource
          configMap ConfigMapVolumeSource
          vsphereVolume VsphereVirtualDiskVolumeSource
          quobyte QuobyteVolumeSource
          azureDisk AzureDiskVolumeSource
          photonPersistentDisk PhotonPersistentDiskVolumeSource
          projected ProjectedVolumeSource
          portworxVolume PortworxVolumeSource
          scaleIO ScaleIOVolumeSource
          storageos StorageOSVolumeSource
          csi CSIVolumeSource
          ephemeral EphemeralVolumeSource
          image ImageVolumeSource
        HostPathVolumeSource
          path! string
          type string? =""
        EmptyDirVolumeSource
          medium string
          sizeLimit quantity?
        SecretVolumeSource
          secretName string
          items [KeyToPath]
          defaultMode int32? =420
          optional bool?
        ConfigMapVolumeSource
          name string ==""
          items [KeyToPath]
          defaultMode int32? =420
          optional bool?
        KeyToPath
          key! string
          path! string
          mode int32?
        DownwardAPIVolumeSource
          items [DownwardAPIVolumeFile]
          defaultMode int32? =420
        DownwardAPIVolumeFile
          path! string
          fieldRef ObjectFieldSelector
          resourceFieldRef ResourceFieldSelector
          mode int32?
        ProjectedVolumeSource
          sources [VolumeProjection] always
          defaultMode int32? =420
        VolumeProjection
          secret SecretProjection
          downwardAPI DownwardAPIProjection
          configMap ConfigMapProjection
          serviceAccountToken ServiceAccountTokenProjection
          clusterTrustBundle ClusterTrustBundleProjection
          podCertificate PodCertificateProjection
        SecretProjection
          name string ==""
          items [KeyToPath]
          optional bool?
        ConfigMapProjection
          name string ==""
          items [KeyToPath]
          optional bool?
        DownwardAPIProjection
          items [DownwardAPIVolumeFile]
        ServiceAccountTokenProjection
          audience string
          expirationSeconds int64? =3600
          path! string
        ClusterTrustBundleProjection
          name string?
          signerName string?
          labelSelector LabelSelector
          optional bool?
          path! string
        PodCertificateProjection
          signerName! string
          keyType! string
          maxExpirationSeconds int32?
          credentialBundlePath string
          keyPath string
          certificateChainPath string
          userAnnotations {string}
        PersistentVolumeClaimVolumeSource
          claimName! string
          readOnly bool
        EphemeralVolumeSource
          volumeClaimTemplate PersistentVolumeClaimTemplate
        PersistentVolumeClaimTemplate
          metadata ObjectMeta always
          spec! PersistentVolumeClaimSpec
        ImageVolumeSource
          reference string
          pullPolicy string
        NFSVolumeSource
          server! string
          path! string
          readOnly bool
        CSIVolumeSource
          driver! string
          readOnly bool?
          fsType string?
          volumeAttributes {string}
          nodePublishSecretRef LocalObjectReference
        ISCSIVolumeSource
          targetPortal! string
          iqn! string
          lun! int32
          iscsiInterface string ==default
          fsType string
          readOnly bool
          portals [string]
          chapAuthDiscovery bool
          chapAuthSession bool
          secretRef LocalObjectReference
          initiatorName string?
        GCEPersistentDiskVolumeSource
          pdName! string
          fsType string
          partition int32
          readOnly bool
        AWSElasticBlockStoreVolumeSource
          volumeID! string
          fsType string
          partition int32
          readOnly bool
        GitRepoVolumeSource
          repository! string
          revision string
          directory string
        GlusterfsVolumeSource
          endpoints! string
          path! string
          readOnly bool
        RBDVolumeSource
          monitors! [string]
          image! string
          fsType string
          pool string ==rbd
          user string ==admin
          keyring string ==/etc/ceph/keyring
          secretRef LocalObjectReference
          readOnly bool
        FlexVolumeSource
          driver! string
          fsType string
          secretRef LocalObjectReference
          readOnly bool
          options {string}
        CinderVolumeSource
          volumeID! string
          fsType string
          readOnly bool
          secretRef LocalObjectReference
        CephFSVolumeSource
          monitors! [string]
          path string
          user string
          secretFile string
          secretRef LocalObjectReference
          readOnly bool
        FlockerVolumeSource
          datasetName string
          datasetUUID string
        FCVolumeSource
          targetWWNs [string]
          lun int32?
          fsType string
          readOnly bool
          wwids [string]
        AzureFileVolumeSource
          secretName! string
          shareName! string
          readOnly bool
        VsphereVirtualDiskVolumeSource
          volumePath! string
          fsType string
          storagePolicyName string
          storagePolicyID string
        QuobyteVolumeSource
          registry! string
          volume! string
          readOnly bool
          user string
          group string
          tenant string
        AzureDiskVolumeSource
          diskName! string
          diskURI! string
          cachingMode string? ==ReadWrite
          fsType string? ==ext4
          readOnly bool? ==false
          kind string? ==Shared
        PhotonPersistentDiskVolumeSource
          pdID! string
          fsType string
        PortworxVolumeSource
          volumeID! string
          fsType string
          readOnly bool
        ScaleIOVolumeSource
          gateway! string
          system! string
          secretRef! LocalObjectReference?
          sslEnabled bool
          protectionDomain string
          storagePool string
          storageMode string ==ThinProvisioned
          volumeName string
          fsType string ==xfs
          readOnly bool
        StorageOSVolumeSource
          volumeName string
          volumeNamespace string
          fsType string
          readOnly bool
          secretRef LocalObjectReference
        """
}
