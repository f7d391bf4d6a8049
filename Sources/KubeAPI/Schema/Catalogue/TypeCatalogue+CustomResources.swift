extension TypeCatalogue {
    /// Source: Kubernetes API reference, apiextensions.k8s.io v1.
    static let customResourceTypes = """
        @prefix io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.
        CustomResourceDefinition
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec! CustomResourceDefinitionSpec
          status CustomResourceDefinitionStatus always
        CustomResourceDefinitionSpec
          group! string
          names! CustomResourceDefinitionNames
          scope! string
          versions! [CustomResourceDefinitionVersion]
          conversion CustomResourceConversion
          preserveUnknownFields bool
        CustomResourceDefinitionNames
          plural! string
          singular string
          shortNames [string]
          kind! string
          listKind string
          categories [string]
        CustomResourceDefinitionVersion
          name! string
          served! bool
          storage! bool
          deprecated bool
          deprecationWarning string?
          schema CustomResourceValidation
          subresources CustomResourceSubresources
          additionalPrinterColumns [CustomResourceColumnDefinition]
          selectableFields [SelectableField]
        SelectableField
          jsonPath! string
        CustomResourceValidation
          openAPIV3Schema JSONSchemaProps
        CustomResourceSubresources
          status CustomResourceSubresourceStatus
          scale CustomResourceSubresourceScale
        CustomResourceSubresourceStatus open
        CustomResourceSubresourceScale
          specReplicasPath! string
          statusReplicasPath! string
          labelSelectorPath string?
        CustomResourceColumnDefinition
          name! string
          type! string
          format string
          description string
          priority int32
          jsonPath! string
        CustomResourceConversion
          strategy! string
          webhook WebhookConversion
        WebhookConversion
          clientConfig WebhookClientConfig
          conversionReviewVersions! [string]
        WebhookClientConfig
          url string?
          service ServiceReference
          caBundle bytes
        ServiceReference
          namespace! string
          name! string
          path string?
          port int32?
        CustomResourceDefinitionStatus
          conditions [CustomResourceDefinitionCondition] map(type) nopatch always
          acceptedNames CustomResourceDefinitionNames always
          storedVersions [string] always
          observedGeneration int64
        CustomResourceDefinitionCondition
          type! string
          status! string
          lastTransitionTime time always
          reason string
          message string
          observedGeneration int64
        JSONSchemaProps
          id string
          $schema string
          $ref string?
          description string
          type string
          format string
          title string
          default any
          maximum number?
          exclusiveMaximum bool
          minimum number?
          exclusiveMinimum bool
          maxLength int64?
          minLength int64?
          pattern string
          maxItems int64?
          minItems int64?
          uniqueItems bool
          multipleOf number?
          enum [any]
          maxProperties int64?
          minProperties int64?
          required [string]
          items any
          allOf [JSONSchemaProps]
          oneOf [JSONSchemaProps]
          anyOf [JSONSchemaProps]
          not JSONSchemaProps
          properties {JSONSchemaProps}
          additionalProperties any
          patternProperties {JSONSchemaProps}
          dependencies {any}
          additionalItems any
          definitions {JSONSchemaProps}
          externalDocs ExternalDocumentation
          example any
          nullable bool
          x-kubernetes-preserve-unknown-fields bool?
          x-kubernetes-embedded-resource bool
          x-kubernetes-int-or-string bool
          x-kubernetes-list-map-keys [string]
          x-kubernetes-list-type string?
          x-kubernetes-map-type string?
          x-kubernetes-validations [ValidationRule] map(rule)
        ExternalDocumentation
          description string
          url string
        ValidationRule
          rule! string
          message string
          messageExpression string
          reason string?
          fieldPath string
          optionalOldSelf bool?
        """
}
